// node look.mjs [--mails] [--shots FOLDER] FILE|URL…
// Opens each: no violation of axe's rules in light or dark, no sideways scroll at 375 or 1100 px, no request to
// strangers, no error in the console. Prints one JSON line per finding; ends 1 when there is one.
import { readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium as executablePath, flags, from, picture } from "./machinery.mjs";

const { chromium } = from("playwright-core");
const axe = readFileSync(from.resolve("axe-core/axe.min.js"), "utf8");

const args = process.argv.slice(2);
const mails = take("--mails");
const shots = take("--shots", true);
// A mail has no landmarks: it is shown inside a page that has them.
const rules = mails
  ? Object.fromEntries(["region", "landmark-one-main", "page-has-heading-one"].map((id) => [id, { enabled: false }]))
  : {};
const widths = mails ? [375, 600] : [375, 1100];
const PARALLEL = 2;

function take(flag, valued = false) {
  const at = args.indexOf(flag);
  if (at < 0) return undefined;
  const [, value] = args.splice(at, valued ? 2 : 1);
  return valued ? value : true;
}

async function opened(browser, findings) {
  // The policy of our pages lets no script run; axe gets in past it, and nothing else tries.
  const context = await browser.newContext({ bypassCSP: true, deviceScaleFactor: shots ? 2 : 1 });
  const page = await context.newPage();
  const found = (rule, what) => findings.push({ address: page.url(), rule, what });
  await page.route(/^https?:\/\/(?!127\.0\.0\.1|localhost)/, (route) => {
    if (route.request().resourceType() === "image") return route.fulfill({ contentType: "image/svg+xml", body: picture });
    found("stranger", route.request().url());
    return route.abort();
  });
  page.on("console", (said) => said.type() === "error" && found("console", said.text()));
  return page;
}

async function look(page, address, findings) {
  await page.setViewportSize({ width: widths[0], height: 900 });
  await page.goto(address, { waitUntil: "load" });
  await page.evaluate(axe);
  await folded(page, false);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const { violations } = await page.evaluate((chosen) => axe.run(document, { rules: chosen, resultTypes: ["violations"] }), rules);
    for (const { id, help, nodes } of violations)
      findings.push({ address, colorScheme, rule: id, what: help, where: nodes.slice(0, 3).map((node) => node.html.slice(0, 160)) });
  }
  for (const width of widths) {
    await page.setViewportSize({ width, height: 900 });
    await folded(page, false);
    const sideways = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    if (sideways > 0) findings.push({ address, width, rule: "sideways", what: `${sideways} px too wide` });
    if (shots) await taken(page, address, width);
  }
}

async function taken(page, address, width) {
  await folded(page, true);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: join(shots, `${basename(address).replace(/\.html$/, "")}-${width}-${colorScheme}.png`), fullPage: true });
  }
}

const folded = (page, closed) =>
  page.evaluate((close) => document.querySelectorAll("details").forEach((each) => { each.open = !close; }), closed);

const addresses = args.map((each) => (/^https?:/.test(each) ? each : pathToFileURL(resolve(each)).href));
const browser = await chromium.launch({ executablePath, args: flags });
const findings = [];
const waiting = [...addresses];
await Promise.all(Array.from({ length: PARALLEL }, async () => {
  const page = await opened(browser, findings);
  for (let address = waiting.shift(); address; address = waiting.shift()) await look(page, address, findings);
}));
await browser.close();
for (const finding of findings) console.log(JSON.stringify(finding));
console.error(`${addresses.length} looked at, ${findings.length} findings`);
process.exit(findings.length || !addresses.length ? 1 : 0);
