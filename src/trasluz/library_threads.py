"""One thread at a time in calculations that change how many threads the process's mathematics libraries use.

scikit-learn limits BLAS to one thread while its own threads search or cluster, and puts back what it found.  Two at
once put back each other's limit: one then searches with BLAS threads within its own, which OpenBLAS warns may hang.
"""

from __future__ import annotations

import threading

library_threads = threading.RLock()
