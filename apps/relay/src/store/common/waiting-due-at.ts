/** When the deliveries of an event are due that waits to be completed: the last moment that a date can say, which never comes. */
export const waitingDueAt = 8_640_000_000_000_000

/** When a delivery is due that waits for another one of its customer. Nothing that is due at a time is due as late. */
export const parkedDueAt: number = waitingDueAt - 1
