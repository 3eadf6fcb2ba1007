"""Backups of a house, each a folder that restores by itself, and the list of erasures kept beside them.

    FOLDER/
      tombstones.jsonl                 every erasure, also those after the newest backup; only ever added to
      20261123T050000.000000Z/         one backup; files that the one before holds already are hard links to it
        manifest.json                  version, counts, SHA-256 and size of every file
        records.db                     the records, whichever engine keeps them
        lake/ artifacts/ sources/ corrections/ mlflow.db   as in the home folder
        purveyor.yaml                  the shop file
        tombstones.jsonl               the erasures known when everything else had been copied

making.py writes one, restoring.py reads one; docs/adr/0010-backups.md says why it is done so.
"""
