/** One message with the size it has in a request. */
export interface Sized {
  /** UTF-8 bytes of the message as JSON. */
  readonly bytes: number
}

/** What one request holds at most. */
export interface ChunkLimits {
  readonly maxMessages: number
  /** UTF-8 bytes, without the envelope around the messages. */
  readonly maxBytes: number
}

/**
 * Cuts messages into requests by count and bytes, in order, in one pass. Groups are not taken apart while they fit into one
 * request: the parts of one event belong together.
 */
export function chunkMessages<Item extends Sized>(groups: readonly (readonly Item[])[], limits: ChunkLimits): Item[][] {
  const chunks: Item[][] = []
  let chunk: Item[] = []
  let bytes = 0
  const close = () => {
    if (chunk.length > 0) chunks.push(chunk)
    chunk = []
    bytes = 0
  }
  for (const group of groups) {
    const groupBytes = group.reduce((sum, item) => sum + item.bytes + 1, 0)
    if (chunk.length + group.length > limits.maxMessages || bytes + groupBytes > limits.maxBytes) close()
    for (const item of group) {
      if (chunk.length === limits.maxMessages || bytes + item.bytes + 1 > limits.maxBytes) close()
      chunk.push(item)
      bytes += item.bytes + 1
    }
  }
  close()
  return chunks
}
