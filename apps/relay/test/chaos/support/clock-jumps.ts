/** A correction of a machine's clock. */
export interface ClockJump {
  /** `1 h back` */
  readonly name: string
  readonly ms: number
}

const minuteMs = 60_000

/** What both kinds of store are tried with. */
export const jumps: readonly ClockJump[] = [
  { name: '1 h forward', ms: 60 * minuteMs },
  { name: '1 h back', ms: -60 * minuteMs },
  { name: '10 min back', ms: -10 * minuteMs },
  { name: '1 s back, a leap second', ms: -1_000 },
]
