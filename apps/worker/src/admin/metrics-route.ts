import type { PrometheusMetrics } from '@sinch-callbacks/telemetry/metrics';
import { Hono } from 'hono';

export interface MetricsSource {
  readonly metrics: Pick<PrometheusMetrics, 'read'>;
}

/** `/metrics`, for Prometheus. Without a login, like the health checks: it holds counts alone. */
export function metricsRoute({ metrics }: MetricsSource): Hono {
  return new Hono().get('/metrics', async (context) => {
    const { text, contentType } = await metrics.read();
    return context.body(text, 200, { 'content-type': contentType });
  });
}
