/** Namespace and dimension of every metric of ours; an alarm finds a metric only with exactly these. */
export const metricNamespace = "Postern";
export const metricDimensions = { service: "postern" } as const;

/** Metrics that the template watches. Each is a count without further dimensions. */
export const metricNames = {
  /** Units of quota given back, or taken back, because a process died between two steps. */
  quotaReconciled: "QuotaReconciled",
  /** Billing periods that the schedule closed; senders close some themselves. */
  periodsClosed: "PeriodsClosed",
  /** A process's circuit breaker has opened: mail leaves by the other route for a while. */
  routeBreakerOpened: "RouteBreakerOpened",
  /** Messages that were sent and of which no copy could be kept. */
  copiesLost: "CopiesLost",
} as const;
