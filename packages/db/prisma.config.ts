import { defineConfig } from 'prisma/config';

/** For Prisma's own command line, run in this folder. The URL is only needed by commands that connect. */
export default defineConfig({
  schema: '../../prisma/schema.prisma',
  migrations: { path: '../../prisma/migrations' },
  datasource: { url: process.env['DATABASE_URL'] ?? '' },
});
