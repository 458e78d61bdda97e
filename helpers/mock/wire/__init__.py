"""How it looks on the wire: the bodies and headers of answers and failures, ids, pages, and what a request may hold."""
