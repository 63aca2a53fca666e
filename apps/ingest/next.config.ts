import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';

const repositoryRoot = fileURLToPath(new URL('../..', import.meta.url));

const nextConfig: NextConfig = {
  output: 'standalone',
  outputFileTracingRoot: repositoryRoot,
  turbopack: { root: repositoryRoot },
  // Not bundled: they find files and optional drivers at run time.
  serverExternalPackages: ['bullmq', 'ioredis', 'pg', 'pino'],
  // `pnpm check` checks types, with the same compiler.
  typescript: { ignoreBuildErrors: true },
  // Sinch does not follow redirects: the callback would be lost.
  skipTrailingSlashRedirect: true,
  // There are no images, and the library for them is half the size of the output.
  outputFileTracingExcludes: {
    '*': ['../../node_modules/.pnpm/sharp@*/**/*', '../../node_modules/.pnpm/@img+*/**/*'],
  },
  poweredByHeader: false,
  generateEtags: false,
  compress: false,
  agentRules: false,
};

export default nextConfig;
