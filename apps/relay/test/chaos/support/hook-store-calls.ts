/** Knows whether a store is at something that it was asked for. */
export interface CallCounter {
  /** The same object; what its methods promise is counted until it is kept or broken. */
  counted<Part extends object>(part: Part): Part
  isBusy(): boolean
}

/** Counts nothing yet. */
export function createCallCounter(): CallCounter {
  let calls = 0

  function counted<Part extends object>(part: Part): Part {
    const entries = Object.entries(part).map(([name, value]) => [name, typeof value === 'function' ? countedCall(value) : value])
    return Object.assign({}, part, Object.fromEntries(entries))
  }

  function countedCall(method: (...args: unknown[]) => unknown) {
    return (...args: unknown[]): unknown => {
      const result = method(...args)
      if (!(result instanceof Promise)) return result
      calls += 1
      return result.finally(() => {
        calls -= 1
      })
    }
  }

  return { counted, isBusy: () => calls > 0 }
}
