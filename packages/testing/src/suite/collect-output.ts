const methods = ['debug', 'info', 'log', 'warn', 'error', 'trace', 'dir'] as const

/** Runs a task and returns what it gave to the console meanwhile; nothing is printed. */
export async function collectOutput(task: () => Promise<void>): Promise<readonly unknown[]> {
  const printed: unknown[] = []
  const originals = methods.map((method) => [method, console[method]] as const)
  for (const method of methods) console[method] = (...values: unknown[]) => void printed.push(...values)
  try {
    await task()
  } finally {
    for (const [method, original] of originals) console[method] = original
  }
  return printed
}
