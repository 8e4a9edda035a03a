/** A store of an older schema is brought up to date before it is used, which takes a while where it holds much. */
export interface SchemaChange {
  /** Schema versions. */
  readonly from: number
  readonly to: number
  readonly events: number
  /** Whether it is over; else it begins. */
  readonly isDone: boolean
}

/** Is told when a store's schema begins to be changed, and when that is over. */
export type OnSchemaChange = (change: SchemaChange) => void
