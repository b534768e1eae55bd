/** @type {import('next').NextConfig} */
export default {
  devIndicators: false,
  turbopack: { root: import.meta.dirname }, // not a folder above with a lock file of its own
};
