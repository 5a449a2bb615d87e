// Counts what a run did: pictures decoded, targets recalled and taught. Kept in the database with the run.
export type Counters = (name: string, by: number) => void;
