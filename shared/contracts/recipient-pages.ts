/**
 * What links in mail lead to, on the tracking host; a token follows the path. Links begin so, the template has a route
 * for each method, and the API's description has a word on each.
 */
export const recipientPages = {
  open: { path: "/o/", methods: ["GET"] },
  click: { path: "/c/", methods: ["GET"] },
  unsubscribe: { path: "/unsubscribe/", methods: ["GET", "POST"] },
  "opt-out": { path: "/opt-out/", methods: ["GET", "POST"] },
  invitation: { path: "/invitations/", methods: ["GET", "POST"] },
} as const;

export type RecipientPage = keyof typeof recipientPages;
