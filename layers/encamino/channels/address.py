"""E-mail addresses as SES takes them: ASCII in front of the @, the domain in its ASCII form."""

from email_validator import EmailNotValidError, validate_email


def mail_address(text: str | None) -> str | None:
    """The address to hand to SES, None when this is not one. Asks no DNS: a slow resolver must not stop the post."""
    try:
        # SES has no SMTPUTF8, so that letters before the @ must be ASCII; the domain may be written in any alphabet.
        found = validate_email((text or "").strip(), check_deliverability=False, allow_smtputf8=False, strict=True)
    except EmailNotValidError:
        return None
    return found.ascii_email
