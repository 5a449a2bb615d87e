-- Ingestion: people found by detectors, who found whom, frames of videos, paths that are no UTF-8.
-- Paths (file.path, quarantine.path, video.path) are TEXT, or a BLOB of the raw bytes where a name is no UTF-8 (db/raw-path.ts).

-- The same table with the source `detector` and the column `made_by`; SQLite cannot change a CHECK.
CREATE TABLE new_instance (
  id        INTEGER PRIMARY KEY,
  image_id  INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
  x         REAL    NOT NULL,                        -- px, left edge
  y         REAL    NOT NULL,                        -- px, top edge
  width     REAL    NOT NULL,                        -- px
  height    REAL    NOT NULL,                        -- px
  source    TEXT    NOT NULL CHECK (source IN ('given', 'labels', 'whole-image', 'teacher', 'detector')),
  made_by   TEXT    NOT NULL DEFAULT '',             -- box file, `detector:` or `teacher:` and a digest, that named it first
  UNIQUE (image_id, x, y, width, height, source)
);
INSERT INTO new_instance (id, image_id, x, y, width, height, source)
SELECT id, image_id, x, y, width, height, source FROM instance;
DROP TABLE instance;
ALTER TABLE new_instance RENAME TO instance;

-- What a finder of people (detector or teacher) found in a picture, so that it looks at each picture once.
CREATE TABLE finding (
  image_id  INTEGER NOT NULL REFERENCES image (id) ON DELETE CASCADE,
  finder    TEXT    NOT NULL,                        -- `detector:` or `teacher:` and the digest of all that decides its boxes
  boxes     TEXT    NOT NULL,                        -- JSON: [[x, y, width, height, score], …], px; empty: nobody there
  found_at  INTEGER NOT NULL,                        -- ms
  PRIMARY KEY (image_id, finder)
) WITHOUT ROWID;

-- Every path a video was seen at. Its frames stand in `image`: sha256 of `<sha256 of the video>#frame=<number>`.
CREATE TABLE video (
  path    TEXT    PRIMARY KEY,                       -- absolute
  sha256  TEXT    NOT NULL CHECK (length(sha256) = 64), -- of the video's bytes
  bytes   INTEGER NOT NULL,
  mtime   REAL    NOT NULL,                          -- ms
  inode   REAL    NOT NULL,
  seen    INTEGER NOT NULL                           -- ms: when it was last read
) WITHOUT ROWID;

-- Which frames of a video a way of sampling takes, once it went through to the end.
CREATE TABLE video_sampling (
  sha256    TEXT  NOT NULL CHECK (length(sha256) = 64), -- of the video's bytes
  sampling  TEXT  NOT NULL,                          -- `every 30`, `scene 0.4`
  frames    TEXT  NOT NULL,                          -- JSON: frame numbers from 0, ascending
  PRIMARY KEY (sha256, sampling)
) WITHOUT ROWID;
