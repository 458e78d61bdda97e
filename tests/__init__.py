import sys

# jsonschema, which nbformat uses, would take a second to load this for a format that no notebook has.
sys.modules["rfc3987_syntax"] = None
