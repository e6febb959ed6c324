// The shop that is tested.
export const { GORGON_URL: base, GORGON_EMAIL: email, GORGON_PASSWORD: password } = process.env
