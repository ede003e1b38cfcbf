// Where the browser and what judges pages are found, and how both are started.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
// The Makefile installs package.json beside other things that may be thrown away; NODE_MODULES names another place.
const installed = process.env.NODE_MODULES ?? join(root, ".local", "browser", "node_modules");
export const from = createRequire(join(installed, "..", "index.js"));

const names = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Chromium.app/Contents/MacOS/Chromium"];
export const chromium = names.find((name) => existsSync(name));
if (!chromium) {
  console.error("the browser tests need Chromium: sudo apt-get install chromium (or brew install --cask chromium)");
  process.exit(3);
}
if (!existsSync(installed)) {
  console.error("the browser tests need what tests/browser/package.json names: make browser");
  process.exit(3);
}

// Nothing but the page itself: no sandbox where root runs it, no calls home.
export const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
];

// Pictures of shops that do not exist: every one is answered by this.
export const picture = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 56 56" width="56" height="56"><rect width="56" height="56" fill="#e9e2d6"/><circle cx="28" cy="28" r="15" fill="#5c7a94"/></svg>`;
