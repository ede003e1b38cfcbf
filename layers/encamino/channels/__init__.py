"""Ways out: e-mail by SES, texts by SNS. A message goes out once; what became of it comes back."""
