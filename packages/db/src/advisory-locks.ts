/**
 * The numbers of our advisory locks in Postgres, here so that no two are the same. That of redaction
 * also stands in the function `message_is_redacted`.
 */
export const advisoryLocks = {
  migration: 727_411_900,
  redaction: 727_411_901,
  partitions: 727_411_902,
  retention: 727_411_903,
  reconcile: 727_411_904,
} as const;
