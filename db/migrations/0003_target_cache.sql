-- The exact key of a target: codec and size of its heatmaps join the ways to label; labellers share work by claims.
-- The tables are made anew because SQLite cannot change a UNIQUE; children are dropped first, so that nothing cascades.

CREATE TABLE new_target_set (
  id             INTEGER PRIMARY KEY,
  teacher_id     INTEGER NOT NULL REFERENCES teacher (id) ON DELETE CASCADE,
  bn             TEXT    NOT NULL CHECK (bn IN ('batch', 'running')),
  view           TEXT    NOT NULL CHECK (view IN ('random', 'canonical')),
  preprocessing  TEXT    NOT NULL,                   -- digest of everything that decides the teacher's pixels
  codec          TEXT    NOT NULL CHECK (codec IN ('u8', 'f16', 'keypoints')),
  sigma          REAL    NOT NULL,                   -- heatmap px: of the Gaussians that `keypoints` is drawn with; else 0
  width          INTEGER NOT NULL CHECK (width > 0), -- heatmap px
  height         INTEGER NOT NULL CHECK (height > 0),-- heatmap px
  joints         INTEGER NOT NULL CHECK (joints > 0),
  UNIQUE (teacher_id, bn, view, preprocessing, codec, sigma, width, height, joints)
);

-- Until now a blob alone told its size: height, width and joints, u16 little-endian from byte 8 on.
WITH header (set_id, h) AS (SELECT set_id, hex(substr(blob, 9, 6)) FROM target GROUP BY set_id),
digit (set_id, i, v) AS (
  SELECT set_id, value, instr('0123456789ABCDEF', substr(h, value, 1)) - 1
  FROM header, json_each('[1,2,3,4,5,6,7,8,9,10,11,12]')
),
size (set_id, height, width, joints) AS (
  SELECT set_id,
    sum(v * iif(i <= 4, json_extract('[16,1,4096,256]', '$[' || ((i - 1) % 4) || ']'), 0)),
    sum(v * iif(i BETWEEN 5 AND 8, json_extract('[16,1,4096,256]', '$[' || ((i - 1) % 4) || ']'), 0)),
    sum(v * iif(i >= 9, json_extract('[16,1,4096,256]', '$[' || ((i - 1) % 4) || ']'), 0))
  FROM digit GROUP BY set_id
)
INSERT INTO new_target_set
SELECT id, teacher_id, bn, view, preprocessing, 'u8', 0, size.width, size.height, size.joints
FROM target_set JOIN size ON size.set_id = target_set.id;

-- The teacher's heatmaps of a crop, on one stored easy view.
CREATE TABLE new_target (
  id        INTEGER PRIMARY KEY,
  set_id    INTEGER NOT NULL REFERENCES new_target_set (id) ON DELETE CASCADE,
  crop_id   INTEGER NOT NULL REFERENCES crop (id) ON DELETE CASCADE,
  step      INTEGER NOT NULL,                        -- training step of the teacher
  taught_at INTEGER NOT NULL,                        -- ms
  peak      REAL    NOT NULL,                        -- mean over joints of the heatmap maximum
  bytes     INTEGER NOT NULL,                        -- size of the blob
  blob      BLOB    NOT NULL,                        -- db/target-blob.ts: header, view matrix, peaks, heatmaps, CRC32
  UNIQUE (set_id, crop_id)
);
INSERT INTO new_target
SELECT id, set_id, crop_id, step, taught_at, peak, length(blob), blob FROM target;

CREATE TABLE new_target_use (
  target_id   INTEGER PRIMARY KEY REFERENCES new_target (id) ON DELETE CASCADE,
  times_used  INTEGER NOT NULL,
  last_used   INTEGER NOT NULL                       -- ms
);
INSERT INTO new_target_use SELECT target_id, times_used, last_used FROM target_use;

DROP TABLE target_use;
DROP TABLE target;
DROP TABLE target_set;
ALTER TABLE new_target_set RENAME TO target_set;
ALTER TABLE new_target RENAME TO target;
ALTER TABLE new_target_use RENAME TO target_use;
CREATE INDEX target_by_crop ON target (crop_id);

-- A target that a labeller is working on. A claim past its lease is void: its owner died or stands still.
CREATE TABLE target_claim (
  set_id   INTEGER NOT NULL REFERENCES target_set (id) ON DELETE CASCADE,
  crop_id  INTEGER NOT NULL REFERENCES crop (id) ON DELETE CASCADE,
  owner    TEXT    NOT NULL,                         -- a labeller, unique to its process
  expires  INTEGER NOT NULL,                         -- ms of the machine's monotonic clock, not of the calendar
  PRIMARY KEY (set_id, crop_id)
) WITHOUT ROWID;
CREATE INDEX claim_by_owner ON target_claim (owner);
