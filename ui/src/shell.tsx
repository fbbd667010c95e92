/** The frame around every page: navigation, the state of the connection, keys. */
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, Outlet } from '@tanstack/react-router'
import { useEffect, useState } from 'react'
import { HalcyonError } from '../../src/api/errors.ts'
import { api, overviewQuery } from './api.ts'
import { KeyHelp, useKeys } from './keys.tsx'
import { useConnection } from './live/connection.ts'
import { follow } from './live/follow.ts'
import { SignedOut } from './pages/signed-out.tsx'
import { Age } from './parts/text.tsx'

export function Shell() {
  const queries = useQueryClient()
  const { error } = useQuery(overviewQuery)
  const [help, setHelp] = useState(false)
  const signedOut = error instanceof HalcyonError && error.reason === 'Unauthenticated'
  useKeys(() => setHelp(true))
  useEffect(() => {
    if (signedOut) return
    const stop = new AbortController()
    void follow(api, queries, stop.signal)
    return () => stop.abort()
  }, [queries, signedOut])
  if (signedOut) return <SignedOut />
  return (
    <>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <header className="top">
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="24" height="24" /> Halcyon
        </Link>
        <nav aria-label="Main">
          <Link to="/" activeOptions={{ exact: true }}>
            Home
          </Link>
          <Link to="/applications">Applications</Link>
          <Link to="/events">Events</Link>
        </nav>
        <ConnectionNote />
        <button type="button" className="quiet keys" onClick={() => setHelp(true)} aria-label="Keys">
          ?
        </button>
      </header>
      <main id="main" tabIndex={-1}>
        <Outlet />
      </main>
      {help && <KeyHelp onClose={() => setHelp(false)} />}
    </>
  )
}

function ConnectionNote() {
  const connection = useConnection()
  const { dataUpdatedAt } = useQuery(overviewQuery)
  const lost = connection === 'lost'
  return (
    <p className={`connection ${connection}`} role="status">
      {connection === 'live' && 'Live'}
      {connection === 'connecting' && 'Connecting'}
      {lost && (
        <>
          Connection lost, trying again. What you see is{' '}
          {dataUpdatedAt === 0 ? 'not known' : <Age at={new Date(dataUpdatedAt).toISOString()} />} old.
        </>
      )}
    </p>
  )
}
