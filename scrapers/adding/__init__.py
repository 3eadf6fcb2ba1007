"""A new site without an engineer: from an address to a site file that reads the shop, corrected by those who know it.

discovery.py finds where a crawl may start, product_urls.py tells product pages by their addresses, correcting.py turns
a value seen on a page into a selector, draft.py keeps what was found until it is saved, trial.py reads twenty pages as
the crawl would, site_file.py and saving.py make it a file, a site on record and saved test pages.
"""
