"""Pages that only JavaScript draws: Chromium behind the same guard as plain HTTP, and when a page is worth it.

chromium.py finds and starts it, proxy.py is its only way out, rendering.py draws one page, traffic.py says what it may
load and memory.py how large it may grow. handler.py gives requests that marks.py has marked to all this and the others
to plain HTTP; need.py says which pages want it, and remembers.
"""
