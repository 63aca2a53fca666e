import { defineConfig } from 'prisma/config';

/**
 * Configuration of Prisma's own command line, run in this folder. Only commands that connect need
 * the URL.
 */
export default defineConfig({
  schema: '../../prisma/schema.prisma',
  migrations: { path: '../../prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
