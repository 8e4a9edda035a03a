/** Runs something that does not wait while the machine's clock seems to be ahead. */
export function withClockAhead<T>(aheadMs: number, run: () => T): T {
  const RealDate = globalThis.Date
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, values) => Reflect.construct(target, values.length === 0 ? [RealDate.now() + aheadMs] : values),
    apply: () => new RealDate(RealDate.now() + aheadMs).toString(),
    get: (target, name) => (name === 'now' ? () => RealDate.now() + aheadMs : Reflect.get(target, name)),
  })
  try {
    return run()
  } finally {
    globalThis.Date = RealDate
  }
}
