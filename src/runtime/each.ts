/** The same work on many items, a bounded number at once. */

/**
 * Runs `work` on every item in order, at most `limit` at once, and lets each end before it throws what the first of them (in the order of
 * the items) threw: nothing runs on unobserved.
 */
export async function eachOf<Item>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  let next = 0
  let failed: { readonly index: number; readonly error: unknown } | undefined
  async function worker(): Promise<void> {
    while (next < items.length) {
      const index = next++
      try {
        await work(items[index] as Item)
      } catch (error) {
        if (failed === undefined || index < failed.index) failed = { index, error }
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  if (failed !== undefined) throw failed.error
}
