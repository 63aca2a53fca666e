export { type FaultProxy, openFaultProxy } from './fault-proxy.ts';
export { type NoPgBouncer, type PgBouncer, startPgBouncer } from './postgres/pgbouncer.ts';
export {
  createDatabase,
  ensureDatabase,
  lockRows,
  queryRows,
  type TestDatabase,
} from './postgres/query-database.ts';
export {
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
  startPostgresContainer,
} from './postgres/start-postgres.ts';
export {
  type FaultyRedis,
  type RedisFault,
  redisFaults,
  startFaultyRedis,
} from './redis/faulty-redis.ts';
export {
  askRedis,
  type RedisKey,
  redisKeys,
  redisKeysWith,
  redisValues,
} from './redis/query-redis.ts';
export { type ClusterMaster, type RedisCluster, startRedisCluster } from './redis/redis-cluster.ts';
export {
  type NoRedis,
  type RedisOptions,
  type RedisServer,
  type RedisSource,
  startRedis,
  startRedisContainer,
} from './redis/start-redis.ts';
