/** Keys: / searches, j and k move, g h, g a and g e go, ? helps. None of them while somebody types. */
import { useNavigate } from '@tanstack/react-router'
import { useEffect } from 'react'
import { Dialog } from './parts/dialog.tsx'

const keys: readonly (readonly [string, string])[] = [
  ['/', 'search applications'],
  ['j, k', 'next and previous row'],
  ['Enter', 'open the row'],
  ['g h', 'home'],
  ['g a', 'applications'],
  ['g e', 'events'],
  ['?', 'this list'],
  ['Esc', 'close, or leave the search'],
]

export function KeyHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose}>
      <dl className="keys-list">
        {keys.map(([key, meaning]) => (
          <div key={key}>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  )
}

export function useKeys(help: () => void): void {
  const navigate = useNavigate()
  useEffect(() => {
    let afterG = false
    const onKey = (event: KeyboardEvent) => {
      const target = event.target instanceof HTMLElement ? event.target : undefined
      const typing = target?.matches('input, textarea, select') === true
      if (event.key === 'Escape' && typing) target?.blur()
      if (typing || event.ctrlKey || event.metaKey || event.altKey || document.querySelector('dialog[open]')) return
      const go = afterG ? { h: '/', a: '/applications', e: '/events' }[event.key] : undefined
      afterG = event.key === 'g'
      if (go !== undefined) void navigate({ to: go })
      else if (event.key === '?') help()
      else if (event.key === 'j' || event.key === 'k') step(event.key === 'j' ? 1 : -1)
      else if (event.key === '/') {
        const field = document.getElementById('search')
        if (field === null)
          void navigate({ to: '/applications' }).then(() => document.getElementById('search')?.focus())
        else field.focus()
      } else return
      event.preventDefault()
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [navigate, help])
}

/** Moves the focus among the links that are rows. */
function step(by: number): void {
  const rows = [...document.querySelectorAll<HTMLElement>('[data-row]')]
  const at = rows.indexOf(document.activeElement as HTMLElement)
  const next = at < 0 ? rows[by > 0 ? 0 : rows.length - 1] : rows[Math.min(rows.length - 1, Math.max(0, at + by))]
  next?.focus()
  next?.scrollIntoView({ block: 'nearest' })
}
