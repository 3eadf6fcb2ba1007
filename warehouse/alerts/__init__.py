"""Telling people what the doctor found: who (settings.py), what (message.py), by which way (mail.py, webhook.py), and
what they were told already (sending.py, with warehouse/records/alerts.py)."""
