import { defineWidgetConfig } from "@medusajs/admin-sdk"
import { Container, Heading, Text } from "@medusajs/ui"
import { useQuery } from "@tanstack/react-query"

type Review = { id: string; stars: number; text: string; published_at: string | null }

// Reviews stands below a product and lists what buyers say of it.
const Reviews = ({ data: product }: { data: { id: string } }) => {
  const { data } = useQuery<{ reviews: Review[] }>({
    queryKey: ["reviews", product.id],
    queryFn: () => fetch(`/admin/products/${product.id}/reviews`, { credentials: "include" }).then((r) => r.json()),
  })
  return (
    <Container className="divide-y p-0">
      <Heading level="h2" className="px-6 py-4">Reviews</Heading>
      {data?.reviews.length === 0 && <Text size="small" className="px-6 py-4">Nobody has said anything yet.</Text>}
      {data?.reviews.map((r) => (
        <Text key={r.id} size="small" className="px-6 py-4">{"★".repeat(r.stars)} {r.text} {r.published_at ? "" : "(not public yet)"}</Text>
      ))}
    </Container>
  )
}

export const config = defineWidgetConfig({ zone: "product.details.after" })

export default Reviews
