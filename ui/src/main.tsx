/** The entry of the page: signs in from the link's fragment, then shows the router. Effects. */
import { QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { createRoot } from 'react-dom/client'
import { api, queries } from './api.ts'
import { SignedOut } from './pages/signed-out.tsx'
import { router } from './router.tsx'
import './style.css'

const root = createRoot(document.getElementById('root') ?? document.body)

/** The code is used once and taken out of the address, so that it is not in the history or in a copied link. */
async function signIn(): Promise<void> {
  const code = /^#sign-in=([\w-]+)$/.exec(location.hash)?.[1]
  if (code === undefined) return
  history.replaceState(null, '', location.pathname + location.search)
  await api.signIn(code)
}

signIn().then(
  () =>
    root.render(
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>,
    ),
  (error: unknown) => root.render(<SignedOut error={error} />),
)
