"""Sources: where files come from by themselves, every night.

A `Source` (definition.py) is on record. To fetch it (fetching.py) is to ask its connector (folder.py, web_files.py,
sftp.py, shopify/, woocommerce.py) for what is new, file by file, landed in the home folder, and to import each. The
ledger (ledger.py) knows what came before: what is there already is not taken again, and a night that comes late does
not undo a newer one.
"""
