"""Pages for the customer: rendered whole on the server, without scripts, cookies or third parties."""
