-- The data plane: pictures, people, crops, teacher targets, runs, quarantine.
-- Units: pixels are those of the upright picture (EXIF orientation applied) unless a comment says otherwise;
-- times are milliseconds since 1970-01-01 UTC; sizes of files and blobs are bytes; digests are lower-case hex.

-- One row a distinct picture, whatever its paths. Identity is the sha256 of the file's bytes.
CREATE TABLE image (
  id           INTEGER PRIMARY KEY,
  sha256       TEXT    NOT NULL UNIQUE CHECK (length(sha256) = 64),
  width        INTEGER NOT NULL CHECK (width > 0),   -- px, upright
  height       INTEGER NOT NULL CHECK (height > 0),  -- px, upright
  orientation  INTEGER NOT NULL CHECK (orientation BETWEEN 1 AND 8), -- EXIF, as stored in the file
  format       TEXT    NOT NULL,                     -- jpeg, png, webp, tiff, gif, heif (avif)
  bytes        INTEGER NOT NULL,                     -- size of the file
  first_seen   INTEGER NOT NULL                      -- ms
);

-- Every path a picture was seen at. An unchanged (bytes, mtime, inode) means an unchanged picture.
CREATE TABLE file (
  path      TEXT    PRIMARY KEY,                     -- absolute
  image_id  INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
  bytes     INTEGER NOT NULL,
  mtime     REAL    NOT NULL,                        -- ms, with the file system's fraction
  inode     REAL    NOT NULL,
  seen      INTEGER NOT NULL                         -- ms: when it was last read
) WITHOUT ROWID;
CREATE INDEX file_by_image ON file (image_id);

-- A person in a picture: a box and where the box came from.
CREATE TABLE instance (
  id        INTEGER PRIMARY KEY,
  image_id  INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
  x         REAL    NOT NULL,                        -- px, left edge
  y         REAL    NOT NULL,                        -- px, top edge
  width     REAL    NOT NULL,                        -- px
  height    REAL    NOT NULL,                        -- px
  source    TEXT    NOT NULL CHECK (source IN ('given', 'labels', 'whole-image', 'teacher')),
  UNIQUE (image_id, x, y, width, height, source)
);

-- Everything that decides the pixels of a crop, once a distinct setting.
CREATE TABLE crop_spec (
  id      INTEGER PRIMARY KEY,
  digest  TEXT    NOT NULL UNIQUE CHECK (length(digest) = 64), -- sha256 of the canonical JSON
  json    TEXT    NOT NULL
);

-- The canonical crop of a person.
CREATE TABLE crop (
  id           INTEGER PRIMARY KEY,
  instance_id  INTEGER NOT NULL REFERENCES instance (id) ON DELETE CASCADE,
  spec_id      INTEGER NOT NULL REFERENCES crop_spec (id),
  codec        TEXT    NOT NULL CHECK (codec IN ('raw', 'jpeg')), -- raw: [height, width, 3] RGB u8
  width        INTEGER NOT NULL,                     -- px of the crop
  height       INTEGER NOT NULL,                     -- px of the crop
  affine       BLOB    NOT NULL CHECK (length(affine) = 48), -- crop from image: 2x3 float64, little-endian, row-major
  crc          INTEGER NOT NULL,                     -- CRC32 of affine and pixels
  pixels       BLOB    NOT NULL,
  UNIQUE (instance_id, spec_id)
);

-- A training run.
CREATE TABLE run (
  id            INTEGER PRIMARY KEY,
  directory     TEXT    NOT NULL,
  config        TEXT    NOT NULL,                    -- resolved options, JSON
  code_version  TEXT    NOT NULL,
  seed          INTEGER NOT NULL,
  started       INTEGER NOT NULL,                    -- ms
  ended         INTEGER,                             -- ms; NULL while it runs, and after a crash
  status        TEXT    NOT NULL CHECK (status IN ('running', 'finished', 'stopped', 'failed'))
);
CREATE INDEX run_by_directory ON run (directory);

-- A network whose heatmaps serve as targets.
CREATE TABLE teacher (
  id       INTEGER PRIMARY KEY,
  digest   TEXT    NOT NULL UNIQUE,                  -- sha256 of its weights
  run_id   INTEGER REFERENCES run (id) ON DELETE SET NULL, -- the run that published it; NULL: came from outside
  step     INTEGER NOT NULL DEFAULT 0,               -- training steps behind it, in that run
  file     TEXT,                                     -- weights, where they were kept
  created  INTEGER NOT NULL                          -- ms
);
CREATE INDEX teacher_by_run ON teacher (run_id);

-- One way to label: a teacher, its batch-norm mode, its view, and the preprocessing it was fed by.
CREATE TABLE target_set (
  id             INTEGER PRIMARY KEY,
  teacher_id     INTEGER NOT NULL REFERENCES teacher (id) ON DELETE CASCADE,
  bn             TEXT    NOT NULL CHECK (bn IN ('batch', 'running')),
  view           TEXT    NOT NULL CHECK (view IN ('random', 'canonical')),
  preprocessing  TEXT    NOT NULL,
  UNIQUE (teacher_id, bn, view, preprocessing)
);

-- The teacher's heatmaps of a crop, on one stored easy view.
CREATE TABLE target (
  id        INTEGER PRIMARY KEY,
  set_id    INTEGER NOT NULL REFERENCES target_set (id) ON DELETE CASCADE,
  crop_id   INTEGER NOT NULL REFERENCES crop (id) ON DELETE CASCADE,
  step      INTEGER NOT NULL,                        -- training step of the teacher
  taught_at INTEGER NOT NULL,                        -- ms
  peak      REAL    NOT NULL,                        -- mean over joints of the heatmap maximum
  blob      BLOB    NOT NULL,                        -- db/target-blob.ts: header, view matrix, peaks, heatmaps, CRC32
  UNIQUE (set_id, crop_id)
);
CREATE INDEX target_by_crop ON target (crop_id);

-- Beside `target`, so that counting a use does not rewrite a blob.
CREATE TABLE target_use (
  target_id   INTEGER PRIMARY KEY REFERENCES target (id) ON DELETE CASCADE,
  times_used  INTEGER NOT NULL,
  last_used   INTEGER NOT NULL                       -- ms
);

CREATE TABLE run_metric (
  run_id  INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  step    INTEGER NOT NULL,
  name    TEXT    NOT NULL,
  value   REAL,                                      -- NULL: not a finite number
  PRIMARY KEY (run_id, step, name)
) WITHOUT ROWID;

CREATE TABLE run_checkpoint (
  run_id   INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  step     INTEGER NOT NULL,
  file     TEXT    NOT NULL,
  digest   TEXT,                                     -- sha256 of the file
  bytes    INTEGER,
  created  INTEGER NOT NULL,                         -- ms
  PRIMARY KEY (run_id, step)
) WITHOUT ROWID;

-- The growing pool: generation g of a run entered at `step`; its crops stand in the order of their content hash.
CREATE TABLE run_generation (
  run_id      INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  generation  INTEGER NOT NULL,
  step        INTEGER NOT NULL,
  PRIMARY KEY (run_id, generation)
) WITHOUT ROWID;

CREATE TABLE run_admission (
  run_id      INTEGER NOT NULL,
  generation  INTEGER NOT NULL,
  position    INTEGER NOT NULL,                      -- from 0, within the generation
  crop_id     INTEGER NOT NULL REFERENCES crop (id),
  PRIMARY KEY (run_id, generation, position),
  FOREIGN KEY (run_id, generation) REFERENCES run_generation (run_id, generation) ON DELETE CASCADE
) WITHOUT ROWID;
CREATE INDEX admission_by_crop ON run_admission (crop_id);

-- What a run did: pictures_decoded, teacher_forwards, target_hits, target_misses, …
CREATE TABLE run_counter (
  run_id  INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  name    TEXT    NOT NULL,
  value   INTEGER NOT NULL,
  PRIMARY KEY (run_id, name)
) WITHOUT ROWID;

CREATE TABLE collapse_event (
  id      INTEGER PRIMARY KEY,
  run_id  INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
  step    INTEGER NOT NULL,
  signal  TEXT    NOT NULL,                          -- which signal fired
  reason  TEXT    NOT NULL,                          -- for people
  action  TEXT    NOT NULL,                          -- what was done about it
  at      INTEGER NOT NULL                           -- ms
);
CREATE INDEX collapse_by_run ON collapse_event (run_id, step);

-- Data that could not be used, a row a path and stage.
CREATE TABLE quarantine (
  path        TEXT    NOT NULL,                      -- of the file; for cache rows their name (`target 17`)
  stage       TEXT    NOT NULL,
  reason      TEXT    NOT NULL,
  first_seen  INTEGER NOT NULL,                      -- ms
  last_seen   INTEGER NOT NULL,                      -- ms
  attempts    INTEGER NOT NULL,
  bytes       INTEGER,                               -- the file as it failed; NULL: try again each time
  mtime       REAL,                                  -- ms
  inode       REAL,
  released    INTEGER,                               -- ms; NULL: in quarantine
  PRIMARY KEY (path, stage)
) WITHOUT ROWID;
