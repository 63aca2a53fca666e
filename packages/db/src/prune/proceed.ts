/**
 * Called between two batches with the rows that the last one removed. It may wait. False ends the
 * work early: what is removed stays removed, and the same call does the rest.
 */
export type Proceed = (removed: number) => Promise<boolean>;

/** Continues at once, to the end. */
export const toTheEnd: Proceed = async () => true;
