"""The addresses of voices: where a liaison's answer goes, and the page of one voice."""

VOICE = "koe"  # over the number of the liaison's subscription
VOICE_MAIL_PREFIX = "koe-"
ONE_VOICE = "voice"  # over the number of the voice

# For the links of a letter to a liaison: each has a Reply-To of their own.
REPLY_MAIL = {"reply_mail": (VOICE_MAIL_PREFIX, VOICE)}
