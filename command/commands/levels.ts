/** Levels by their names, as the account API numbers them. */
export const levels = { viewer: 10, admin: 100 } as const;

export const levelNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(levels).map(([name, level]) => [level, name]),
);
