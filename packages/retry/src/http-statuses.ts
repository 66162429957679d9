/**
 * HTTP statuses that say the request itself is at fault, so the same request will fail again: every registered 4xx but
 * 408, 409, 425 and 429 (RFC 9110 and the IANA registry). Nothing excludes them unless you do:
 * `retry({ neverRetryOn: httpPermanentStatuses })`.
 */
export const httpPermanentStatuses: readonly number[] = Object.freeze([
  400, 401, 402, 403, 404, 405, 406, 407, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 426, 428, 431, 451,
]);

/**
 * HTTP statuses that may pass: timeouts (408, 504), conflicts (409), too early (425), too many (429) and failing servers.
 * For a list of what to retry, e.g. `retry({ retryOn: [...httpTransientStatuses, { predicate: "network" }] })`.
 */
export const httpTransientStatuses: readonly number[] = Object.freeze([408, 409, 425, 429, 500, 502, 503, 504]);
