import { Container, Heading } from "@medusajs/ui"
import { useParams } from "react-router-dom"

const OnePage = () => {
  const { id } = useParams()
  return (
    <Container className="p-0">
      <Heading level="h1" className="px-6 py-4">This is number {id}</Heading>
    </Container>
  )
}

export default OnePage
