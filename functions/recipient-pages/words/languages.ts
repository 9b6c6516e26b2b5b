import Negotiator from "negotiator";
import { ar } from "./ar.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import { hi } from "./hi.ts";
import { ja } from "./ja.ts";
import { pt } from "./pt.ts";
import { ru } from "./ru.ts";
import type { Words } from "./words.ts";
import { zh } from "./zh.ts";

/** Those most spoken among who has email, by language tag (RFC 5646); the first is for who reads none of them. */
export const languages: Readonly<Record<string, Words>> = { en, es, zh, hi, ar, pt, fr, de, ja, ru };

export interface Speech {
  readonly language: string;
  readonly direction: "ltr" | "rtl";
  readonly words: Words;
}

/** In what the reader's program asks for (RFC 9110 §12.5.4). */
export function speechFor(acceptLanguage: string | undefined): Speech {
  const asked = new Negotiator({ headers: { "accept-language": acceptLanguage } });
  const language = asked.language(Object.keys(languages)) ?? "en";
  return { language, direction: language === "ar" ? "rtl" : "ltr", words: languages[language] ?? en };
}
