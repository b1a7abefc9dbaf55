/** The page of every demo app. */
export const page =
  '<!doctype html><html lang="en"><meta charset="utf-8"><title>AIHubMix login</title><h1>AIHubMix login</h1></html>';
