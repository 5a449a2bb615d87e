-- A pool whose boxes come from the teacher is drawn anew when the run publishes another teacher.
ALTER TABLE run_generation ADD COLUMN replaces INTEGER NOT NULL DEFAULT 0 CHECK (replaces IN (0, 1)); -- 1: from its step on the pool is these crops alone
