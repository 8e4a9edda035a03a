const batchesInFlight = 4
const largestBatches = { braze: 75, klaviyo: 1_000, customerio: 1_000 }

/** So many events can be in the calls of one relay: what may arrive twice when it dies. */
export const mostInFlight: number = Object.values(largestBatches).reduce((sum, size) => sum + size * batchesInFlight, 0)
