import { WORDS, words } from "/frontend/words.js";
import { equal, test } from "./testing.js";

const placeholders = (text) => [...text.matchAll(/\{\w+\}/g)].map(([found]) => found).sort();

test("both languages have the same texts with the same placeholders", () => {
  equal(Object.keys(WORDS.ja), Object.keys(WORDS.en));
  for (const key of Object.keys(WORDS.en)) equal(placeholders(WORDS.ja[key]), placeholders(WORDS.en[key]));
});

test("Japanese is Japanese", () => {
  const latin = Object.entries(WORDS.ja).filter(([, text]) => !/[\u3040-\u9fff]/.test(text));
  equal(latin, []);
});

test("the user's language is taken, English where it is another", () => {
  equal(words({ locale: { language: "ja" } })("today"), "今日");
  equal(words({ locale: { language: "fr" } })("today"), "Today");
  equal(words({ locale: { language: "en" } })("price", { price: "1.00" }), "1.00 ¥/kWh");
});
