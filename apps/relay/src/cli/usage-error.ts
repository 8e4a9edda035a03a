/** A command that was called wrongly in a way the argument parser cannot see. The command ends with exit code 2. */
export class UsageError extends Error {
  override readonly name: string = 'UsageError'
}
