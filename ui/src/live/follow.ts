/** Follows the event log and has what events concern asked for again, several together; knows whether the connection stands. */
import type { QueryClient } from '@tanstack/react-query'
import type { HalcyonClient } from '../../../src/client/client.ts'
import { setConnection } from './connection.ts'

/** Thousands of events a second must not become thousands of requests. */
const together = 250

export async function follow(api: HalcyonClient, queries: QueryClient, signal: AbortSignal): Promise<void> {
  const touched = new Set<string>()
  let timer: ReturnType<typeof setTimeout> | undefined

  function flush(): void {
    timer = undefined
    const names = [...touched]
    touched.clear()
    const refresh = (...queryKey: string[]) => void queries.invalidateQueries({ queryKey })
    refresh('overview')
    refresh('applications')
    refresh('events')
    for (const name of names) refresh('application', name)
  }
  function touch(name: string): void {
    touched.add(name)
    timer ??= setTimeout(flush, together)
  }

  let connectedBefore = false
  const onConnection = (connected: boolean) => {
    setConnection(connected ? 'live' : 'lost')
    // What happened while nobody listened.
    if (connected && connectedBefore) void queries.invalidateQueries()
    if (connected) connectedBefore = true
  }
  try {
    for await (const event of api.follow({ onConnection }, signal)) touch(event.application)
  } catch (error) {
    setConnection('lost')
    // Signed out meanwhile, for example: the queries show what the server says.
    if (!signal.aborted) void queries.invalidateQueries()
    if (!(error instanceof Error)) throw error
  } finally {
    clearTimeout(timer)
  }
}
