export { askRedis } from './ask-redis.ts';
export { createDatabase, ensureDatabase, type TestDatabase } from './create-database.ts';
export { type NoPgBouncer, type PgBouncer, startPgBouncer } from './debian-pgbouncer.ts';
export { type CuttableProxy, openCuttableProxy } from './fault-proxy.ts';
export {
  type RedisAilment,
  redisAilments,
  type SpoilableRedis,
  startSpoilableRedis,
} from './faulty-redis.ts';
export { lockRows } from './lock-rows.ts';
export {
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
  startPostgresContainer,
} from './postgres.ts';
export { queryRows } from './query-rows.ts';
export {
  type NoRedis,
  type RedisOptions,
  type RedisServer,
  type RedisSource,
  startRedis,
  startRedisContainer,
} from './redis.ts';
export { type ClusterMaster, type RedisCluster, startRedisCluster } from './redis-cluster.ts';
export { type RedisKey, redisKeys, redisKeysWith } from './redis-keys.ts';
