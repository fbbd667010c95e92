/** No session: how to get one. */
export function SignedOut({ error }: { error?: unknown }) {
  return (
    <main className="signed-out">
      <h1>You are signed out</h1>
      {error instanceof Error && <p role="alert">{error.message}</p>}
      <p>Get a link that signs you in, on the machine where Halcyon runs:</p>
      <pre>halcyon ui</pre>
      <p className="muted">A session ends after 12 hours, and when the process restarts.</p>
    </main>
  )
}
